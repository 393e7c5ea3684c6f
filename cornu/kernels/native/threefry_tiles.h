// Random bits: Threefry-2x32 with 20 rounds (Salmon et al. 2011), a block for each element.
#pragma once

static inline unsigned turned(unsigned x, int by) { return (x << by) | (x >> (32 - by)); }

#define THREEFRY_ROUND(by) x += y, y = turned(y, by) ^ x;
#define THREEFRY_FOUR(a, b, c, d) THREEFRY_ROUND(a) THREEFRY_ROUND(b) THREEFRY_ROUND(c) THREEFRY_ROUND(d)

// kept[i] says whether the element's 23 bits, of both halves of its block, are below the bound.
static void keep(const KeepTile& t) {
  const unsigned a = t.key[0], b = t.key[1], c = a ^ b ^ 0x1BD11BDAu, bound = t.bound;
  const unsigned high = static_cast<unsigned>(t.first >> 32), low = static_cast<unsigned>(t.first);
  for (int i = 0; i < t.count; i++) {
    unsigned x = high + a, y = low + static_cast<unsigned>(i) + b;
    THREEFRY_FOUR(13, 15, 26, 6) x += b, y += c + 1u;
    THREEFRY_FOUR(17, 29, 16, 24) x += c, y += a + 2u;
    THREEFRY_FOUR(13, 15, 26, 6) x += a, y += b + 3u;
    THREEFRY_FOUR(17, 29, 16, 24) x += b, y += c + 4u;
    THREEFRY_FOUR(13, 15, 26, 6) x += c, y += a + 5u;
    t.kept[i] = ((x ^ y) >> 9) < bound;
  }
}
