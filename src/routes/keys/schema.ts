import { Type } from 'typebox';
import { KEY_TYPES } from '../../domain/key-infos.js';
import { MAX_PATTERN_LENGTH } from '../../domain/lua-pattern.js';
import { PageQuery } from '../lists.js';
import { AccessOffering, AccessPermission } from '../permissions/schema.js';
import { FreeObject, Instant, Uuid } from '../schemas.js';

const KeyTypeSchema = Type.Enum([...KEY_TYPES]);
const Name = Type.String({ minLength: 1, maxLength: 255 });
const Text = Type.String({ description: '% remplace zéro ou plusieurs caractères ; la casse est ignorée.' });

const Ranges = Type.Array(Type.String({ maxLength: 100 }), {
  maxItems: 1000,
  description: 'Adresses IP ou plages CIDR, IPv4 ou IPv6 ; [] lève la restriction.',
});
const Pattern = Type.String({
  maxLength: MAX_PATTERN_LENGTH,
  description: 'Motif Lua cherché dans l’en-tête ; une chaîne vide lève la restriction.',
  examples: ['.*QGIS.*', 'geoportail%-urbanisme'],
});

const restrictions = {
  whitelist: Type.Optional(Ranges),
  blacklist: Type.Optional(Ranges),
  user_agent: Type.Optional(Pattern),
  referer: Type.Optional(Pattern),
};

export const KeyParams = Type.Object({ key: Uuid });
export const AccessParams = Type.Object({ key: Uuid, access: Uuid });

export const CreateBody = Type.Object(
  {
    name: Name,
    type: KeyTypeSchema,
    type_infos: Type.Intersect([FreeObject], {
      description:
        'HASH : {} ou {hash} ; BASIC : {login, password} ; OAUTH2 : {} ; HEADER : {headers}, un objet nom → valeur.',
    }),
    ...restrictions,
  },
  { title: 'UserKeyCreateDtoUserKeyInfoDto' },
);

export const PatchBody = Type.Object({ name: Type.Optional(Name), ...restrictions }, { title: 'UserKeyUpdateDto' });

export const ListQuery = Type.Object({
  ...PageQuery.properties,
  type: Type.Optional(KeyTypeSchema),
  name: Type.Optional(Text),
  user_agent: Type.Optional(Text),
  referer: Type.Optional(Text),
  whitelist: Type.Optional(Text),
  blacklist: Type.Optional(Text),
});

export const KeyItem = Type.Object(
  { _id: Uuid, creation: Instant, update: Instant, name: Type.String(), type: KeyTypeSchema },
  { title: 'UserKeyResponseDto' },
);

export const KeyDetail = Type.Object(
  {
    ...KeyItem.properties,
    whitelist: Type.Array(Type.String()),
    blacklist: Type.Array(Type.String()),
    user_agent: Type.Optional(Type.String()),
    referer: Type.Optional(Type.String()),
    type_infos: FreeObject,
  },
  { title: 'UserKeyDetailsResponseDtoUserKeyInfoDto' },
);

export const AccessBody = Type.Object(
  {
    permission: Type.Optional(Uuid),
    offerings: Type.Array(Uuid, { minItems: 1, maxItems: 1000 }),
  },
  { title: 'AccessCreateDto' },
);

const access = {
  _id: Uuid,
  creation: Instant,
  update: Instant,
  permission: Type.Optional(AccessPermission),
  offering: AccessOffering,
};

export const Access = Type.Object(access, { title: 'AccessDetailResponseDto' });

export const AccessWithKey = Type.Object(
  { ...access, key: Type.Object({ _id: Uuid, name: Type.String(), type: KeyTypeSchema }) },
  { title: 'AccessDetailWithKeyResponseDto' },
);
