-- The search key of any text: ASCII words, one space between them. The twin of `fold` in
-- app/discovery/normalise.py, which explains each step; a test holds the two equal.
-- One expression, so that the planner can inline it; no step depends on the database's locale.
create or replace function fold(source text) returns text
language sql immutable strict parallel safe
as $$
  select
    regexp_replace(
      regexp_replace(
        replace(replace(replace(
          lower(btrim(regexp_replace(
            regexp_replace(
              normalize(
                replace(replace(replace(replace(replace(
                  translate(
                    normalize(
                      regexp_replace(
                        translate(source, U&'''\2019\2018\02BB\02BC`\00B4\02B9\02C8\2032\FF07\FF40\02BD\02BF\02BE\201B\2035\02CA\02CB\00AD\200B\200C\200D\200E\200F\2060\FEFF', ''),
                        '[^ -~\u00a0-\u024f\u0300-\u036f\u0400-\u052f\u1e00-\u1eff\u2010-\u205e\u2070-\u2094\u2100-\u214f\u2150-\u2189\u2460-\u24ff\ufb00-\ufb06\uff01-\uff5e]|[\u0300-\u036f]{3,}',
                        ' ', 'g'),
                      NFKC),
                    'абвгґғдеєэәжҗҷзиӣіїыйкқлмнңоөўпрстуүұӯфхҳһц'
                    'АБВГҐҒДЕЄЭӘЖҖҶЗИӢІЇЫЙКҚЛМНҢОӨЎПРСТУҮҰӮФХҲҺЦ'
                    'ıøłđðßæœəwWØŁĐÐẞÆŒƏ'
                    'шщşșШЩŞȘчçЧÇёЁюЮяЯъьЪЬ',
                    E'abvgggdeeeajjjziiiiiykqlmnnoooprstuuuufxhhs'
                    'abvgggdeeeajjjziiiiiykqlmnnoooprstuuuufxhhs'
                    'iolddsaoavvolddsaoa'
                    '\x01\x01\x01\x01\x01\x01\x01\x01\x02\x02\x02\x02\x03\x03\x04\x04\x05\x05'),
                  E'\x01', 'sh'), E'\x02', 'ch'), E'\x03', 'yo'), E'\x04', 'yu'), E'\x05', 'ya'),
                NFKD),
              '[\u0300-\u036f]+', '', 'g'),
            '[^A-Za-z0-9]+', ' ', 'g'))),
          'kh', 'x'), 'zh', 'j'), 'ye', 'e'),
        '(^|[aeiou ])ts(?=[aeiouyv])', '\1s', 'g'),
      '([bcdfghjklmnpqrstvxz])y(?![aeiou])', '\1i', 'g')
$$;
