// The light of a figure: which shape and colour stand for how it compares with its target.
import { sayOf } from '../words';

const KINDS = { met: 'good', near: 'near', missed: 'bad' } as const;

export const kindOf = (light: string): 'good' | 'near' | 'bad' | 'none' => KINDS[light as keyof typeof KINDS] ?? 'none';

export const lightOf = (met: boolean | null | undefined): string => (met == null ? 'unknown' : met ? 'met' : 'missed');

export const lightWords = (light: string): string => sayOf('light', light);
