// Indicators with their variants: each beside its definition, the one that is compared above the others.
import type { components } from '../../shared/wire';

type Kpi = components['schemas']['Kpi'];
type Definition = components['schemas']['KpiDefinition'];

export interface Shown {
  kpi: Kpi;
  definition: Definition;
}

export const grouped = (kpis: Kpi[], catalogue: Definition[]): { indicator: Definition; shown: Shown[] }[] => {
  const definitions = new Map(catalogue.map((definition) => [definition.id, definition]));
  const groups = new Map<string, Shown[]>();
  for (const kpi of kpis) {
    const definition = definitions.get(kpi.id);
    if (!definition) continue;
    const group = groups.get(definition.indicator) ?? [];
    group.push({ kpi, definition });
    groups.set(definition.indicator, group);
  }
  return [...groups].flatMap(([id, shown]) => {
    const indicator = definitions.get(id);
    const first = Number;
    return indicator ? [{ indicator, shown: shown.toSorted((a, b) => first(b.kpi.chosen) - first(a.kpi.chosen)) }] : [];
  });
};
