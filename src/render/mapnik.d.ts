/** The part of the Mapnik binding that the render process uses (the package ships no types). */
declare module '@mapnik/mapnik' {
  /** West, south, east, north in the units of the CRS. */
  export type Extent = [number, number, number, number];

  export interface RenderOptions {
    /** Values of `!@name!` tokens in SQL. */
    variables?: Record<string, string | number>;
    /** Factor on symbol sizes, which divides the scale denominator. */
    scale?: number;
  }

  export interface Map {
    extent: Extent;
    background: Color;
    /** One of the `ASPECT_…` constants of the constructor. */
    aspect_fix_mode: number;
    fromStringSync(xml: string, options?: { strict?: boolean }): void;
    resize(width: number, height: number): void;
    render(image: Image, options: RenderOptions, done: (error: Error | null) => void): void;
  }

  export interface Image {
    width(): number;
    height(): number;
    /** `format`: `png32:z=1`, `jpeg85`, … */
    encode(format: string, done: (error: Error | null, bytes: Buffer) => void): void;
  }

  export interface Color {
    toString(): string;
  }

  export interface Projection {
    definition(): string;
  }

  export interface ProjTransform {
    /** Ordinates that cannot be transformed come back infinite, or an error is raised. */
    forward(position: [number, number]): [number, number];
  }

  interface Mapnik {
    Map: { new (width: number, height: number): Map; ASPECT_RESPECT: number };
    Image: new (width: number, height: number) => Image;
    Color: new (css: string) => Color;
    Projection: new (definition: string) => Projection;
    ProjTransform: new (source: Projection, target: Projection) => ProjTransform;
    Logger: { NONE: number; setSeverity(severity: number): void };
    register_default_input_plugins(): void;
    register_default_fonts(): void;
  }

  const mapnik: Mapnik;
  export default mapnik;
}
