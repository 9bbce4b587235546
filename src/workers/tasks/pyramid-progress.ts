import type { logFrom } from '../../processing/task-log.js';

/** Parts of a level whose ends are told. */
const PARTS = 4;

/**
 * Tells a producer how far the levels of a pyramid are.
 * @param from what a level that is not made from the one below is made of
 */
export function pyramidProgress(lines: ReturnType<typeof logFrom>, from = 'à partir des images') {
  const levels = new Map<string, { slabs: number; done: number }>();
  return {
    onLevel: (level: string, slabs: number, isReduced: boolean): void => {
      const how = isReduced ? 'par réduction du niveau inférieur' : from;
      lines.info(`Niveau ${level} : ${slabs} dalles à calculer ${how}`);
      levels.set(level, { slabs, done: 0 });
    },
    onSlab: (level: string): void => {
      const found = levels.get(level);
      if (found === undefined) return;
      found.done += 1;
      const { slabs, done } = found;
      const part = Math.floor((done * PARTS) / slabs);
      if (part === Math.floor(((done - 1) * PARTS) / slabs)) return;
      lines.info(
        done === slabs
          ? `Niveau ${level} : terminé, ${slabs} dalles`
          : `Niveau ${level} : ${Math.floor((100 * done) / slabs)} % (${done} dalles sur ${slabs})`,
      );
    },
  };
}
