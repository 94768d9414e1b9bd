// Spanish, the original: what is here must be in English too. `%` is replaced by a value.

export const es = {
  title: 'Administración',
};
