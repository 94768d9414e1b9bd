// The pages there are, and who may see each: what heads every page, and what is offered to who came to the wrong one.
import type { Session } from './api';
import type { WordKey } from './words';

export type Place = { href: string; label: WordKey; may: (session: Session) => boolean };

const has = (...roles: string[]) => (session: Session) => roles.includes(session.role);

export const places = {
  advisor: { href: '/asesor', label: 'advisorPage', may: (session) => session.agent != null },
  floor: { href: '/', label: 'floorPage', may: has('supervisor', 'admin') },
  office: { href: '/oficina', label: 'officePage', may: has('back_office', 'client', 'supervisor', 'admin') },
  admin: { href: '/administracion', label: 'adminPage', may: has('admin') },
  phone: { href: '/telefono', label: 'phonePage', may: (session) => session.role === 'admin' || session.agent != null },
} satisfies Record<string, Place>;

/** The other pages that somebody may see. */
export const othersFor = (session: Session, here: Place): Place[] =>
  Object.values(places).filter((place) => place.href !== here.href && place.may(session));
