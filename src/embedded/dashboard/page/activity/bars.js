import { html } from 'htm/preact';

const HEIGHT = 36;

/**
 * A bar for each second, with a line at the limit: of calls that execute at the same time, or of starts on average. Starts
 * may exceed their limit for a while, so only bars of executing calls are marked when they reach it.
 *
 * @param {{ values: number[], limit?: number, label: string, tone: 'start' | 'execute' }} properties
 */
export function Bars({ values, limit, label, tone }) {
  const highest = Math.max(1, limit ?? 0, ...values);
  const top = highest * 1.15;
  /** @param {number} value */
  const y = (value) => HEIGHT - (value / top) * HEIGHT;
  return html`
    <div class="bars bars-${tone}" role="img" aria-label=${`${label}. Maximum: ${Math.max(0, ...values)}.`}>
      <svg viewBox=${`0 0 ${values.length} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
        ${values.map((value, index) =>
          value > 0
            ? html`<rect
                x=${index + 0.1}
                width="0.8"
                y=${y(value)}
                height=${HEIGHT - y(value)}
                class=${tone === 'execute' && limit !== undefined && value >= limit ? 'at-limit' : ''}
                ><title>${value}</title></rect
              >`
            : null,
        )}
        <line x1="0" x2=${values.length} y1=${HEIGHT} y2=${HEIGHT} class="bars-base" />
        ${
          limit !== undefined &&
          html`<line x1="0" x2=${values.length} y1=${y(limit)} y2=${y(limit)} class="bars-limit" />`
        }
      </svg>
    </div>
  `;
}
