// A JSON reader that keeps number spelling and duplicate keys, so that 1.50, 1.5 and 9007199254740993 stay different.
// Values: {t:'o',v:[[key,value]...]} {t:'a',v:[...]} {t:'s',v:string} {t:'n',v:lexeme} {t:'l',v:'true'|'false'|'null'}
export function parse(text) {
  let i = 0;
  const fail = (m) => {
    throw new SyntaxError(`${m} at ${i}`);
  };
  const ws = () => {
    while (i < text.length && ' \t\r\n'.includes(text[i])) i++;
  };
  const value = (depth) => {
    if (depth > 2000) fail('too deep');
    ws();
    const c = text[i];
    if (c === '{') {
      i++;
      const v = [];
      ws();
      if (text[i] === '}') {
        i++;
        return { t: 'o', v };
      }
      for (;;) {
        ws();
        if (text[i] !== '"') fail('expected a key');
        const k = string();
        ws();
        if (text[i] !== ':') fail('expected :');
        i++;
        v.push([k, value(depth + 1)]);
        ws();
        if (text[i] === ',') {
          i++;
          continue;
        }
        if (text[i] === '}') {
          i++;
          return { t: 'o', v };
        }
        fail('expected , or }');
      }
    }
    if (c === '[') {
      i++;
      const v = [];
      ws();
      if (text[i] === ']') {
        i++;
        return { t: 'a', v };
      }
      for (;;) {
        v.push(value(depth + 1));
        ws();
        if (text[i] === ',') {
          i++;
          continue;
        }
        if (text[i] === ']') {
          i++;
          return { t: 'a', v };
        }
        fail('expected , or ]');
      }
    }
    if (c === '"') return { t: 's', v: string() };
    const m = /^(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)/.exec(text.slice(i, i + 400));
    if (!m) fail('expected a value');
    i += m[0].length;
    return /^[tfn]/.test(m[0]) ? { t: 'l', v: m[0] } : { t: 'n', v: m[0] };
  };
  const string = () => {
    const start = i++;
    for (;;) {
      if (i >= text.length) fail('unfinished string');
      const c = text[i];
      if (c === '\\') {
        i += 2;
        continue;
      }
      i++;
      if (c === '"') break;
    }
    return JSON.parse(text.slice(start, i));
  };
  const v = value(0);
  ws();
  if (i !== text.length) fail('text after the value');
  return v;
}
// One canonical spelling: keys sorted (duplicates kept, in order), arrays sorted too when `unordered`.
export function canon(n, unordered = false) {
  if (n.t === 'o')
    return (
      '{' +
      n.v
        .map(([k, v], ix) => [k, ix, canon(v, unordered)])
        .sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : a[1] - b[1]))
        .map(([k, , v]) => JSON.stringify(k) + ':' + v)
        .join(',') +
      '}'
    );
  if (n.t === 'a') {
    const xs = n.v.map((v) => canon(v, unordered));
    if (unordered) xs.sort();
    return '[' + xs.join(',') + ']';
  }
  if (n.t === 's') return JSON.stringify(n.v);
  return n.v;
}
export const get = (n, key) => (n?.t === 'o' ? n.v.find(([k]) => k === key)?.[1] : undefined);
export function without(n, paths) {
  // removes dotted paths ("info.version")
  const drop = (node, parts) => {
    if (node?.t !== 'o') return node;
    if (parts.length === 1) return { t: 'o', v: node.v.filter(([k]) => k !== parts[0]) };
    return { t: 'o', v: node.v.map(([k, v]) => [k, k === parts[0] ? drop(v, parts.slice(1)) : v]) };
  };
  return paths.reduce((acc, p) => drop(acc, p.split('.')), n);
}
