/**
 * Runs in the page. Returns by how many pixels the page is wider than its window, which texts have too little contrast (less than
 * 4.5, the minimum of WCAG AA), and which buttons cover text or lie outside the window.
 */
export function readability(): {
  overflow: number;
  unreadable: string[];
  covering: string[];
  outside: string[];
} {
  const { scrollWidth, clientWidth } = document.documentElement;
  const texts = [...document.querySelectorAll('#app *')].filter(
    (element) =>
      [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim()) &&
      element.getBoundingClientRect().width > 0 &&
      !element.closest('.unseen, .skip, :disabled'),
  );
  const buttons = [...document.querySelectorAll('#app button')].filter(
    (button) => button.getBoundingClientRect().width > 0,
  );
  return {
    overflow: scrollWidth - clientWidth,
    covering: buttons.filter(coversText).map(nameOf),
    outside: buttons.filter(isOutside).map(nameOf),
    unreadable: texts.flatMap((element) => {
      const ratio = contrast(getComputedStyle(element).color, backgroundOf(element));
      return ratio < 4.5 ? [`${element.className} "${element.textContent}" ${ratio.toFixed(2)}`] : [];
    }),
  };

  function nameOf(element: Element): string {
    return element.getAttribute('aria-label') ?? element.textContent ?? '';
  }

  function isOutside(element: Element): boolean {
    const { left, right } = element.getBoundingClientRect();
    return left < 0 || right > clientWidth;
  }

  /** Only buttons next to preformatted text may overlap text. */
  function coversText(button: Element): boolean {
    const place = button.getBoundingClientRect();
    const beside = button.closest('.json, .command')?.querySelector('pre');
    if (!beside) return false;
    const text = document.createRange();
    text.selectNodeContents(beside);
    return [...text.getClientRects()].some(
      ({ left, right, top, bottom }) =>
        left < place.right && right > place.left && top < place.bottom && bottom > place.top,
    );
  }

  function backgroundOf(element: Element): string {
    for (let at: Element | null = element; at; at = at.parentElement) {
      const { backgroundColor } = getComputedStyle(at);
      if (!/, 0\)$|transparent/.test(backgroundColor)) return backgroundColor;
    }
    return 'rgb(255, 255, 255)';
  }

  function contrast(one: string, other: string): number {
    const [lighter = 0, darker = 0] = [luminance(one), luminance(other)].toSorted((a, b) => b - a);
    return (lighter + 0.05) / (darker + 0.05);
  }

  function luminance(colour: string): number {
    const scale = colour.startsWith('rgb') ? 255 : 1;
    const [red = 0, green = 0, blue = 0] = (colour.match(/[\d.]+/g) ?? []).map((part) => {
      const value = Number(part) / scale;
      return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  }
}
