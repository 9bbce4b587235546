import { Type } from 'typebox';
import { Uuid } from '../schemas.js';

export const OrganizationParams = Type.Object({ organization: Uuid });
export const MemberParams = Type.Object({ organization: Uuid, user: Uuid });
