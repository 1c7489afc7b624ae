"""The dotenv files that real programs are asked about: written by hand, and drawn by a seeded generator."""

import itertools
import random

BCRYPT = b"$2b$12$JH0/XSNNOqcjD.QBZTeQIebyfQblenBmsJdm3JjGmTVnrkE0jsCka"
DIGITS = b"$2b$12$03f3f6f91f4175e338c314f7bd96ebd3dd834b53c1813d69d830f"

VALUES = [
    b"abc", b"", b"a b", b" a", b"a ", b"a#b", b"a #b", b"#a", b"a\tb", b"a\t#b", b"a # b # c", b"a  #", BCRYPT, DIGITS,
    b"$X", b"${X}", b"${X:-y}", b"$$", b"$$X", b"$", b"a$", b"$ a", b"$1", b"$1a", b"${1}", b"${", b"${X", b"${X!}", b"$-",
    b"it's", b"a\"b", b"'", b"\"", b"\\", b"a\\b", b"a\\\\b", b"\\n", b"a\\", b"\\$X", b"\\\\$X", b"\\'", b"\\\"", b"\\`",
    b"`id`", b"$(id)", b"p$ss#word", b"Example/8!pw", b"\\\\wsl.localhost\\Ubuntu\\home\\user", b"~", b"~/x", b"a:~",
    b"a~", b"a*", b"a?b[c]", "caf\u00e9".encode(), "\u00a0a\u00a0".encode(), "a\u2003".encode(), b"a=b", b"=a", b"a;b",
    b"a&b", b"(a)", b"a<b", b"a>b", b"a|b", b"{a,b}", b"a,b", b"a!b", b"!a", b"a%b", b"a^b", b"@a", b"a:b", b"a\x07b",
    b"a\x1fb", b"\x1c", b"a\x0cb", b"a\x0b", b"\xff", b"a\xc3", b"\xc3\x28", b"a\x85b", b"\x81\x82\x88", b"\x01\x7f",
    "\u2028".encode(), b"\\a\\b\\f\\n\\r\\t\\v\\c\\x\\u", b"\\0", b"\\01", b"\\012", b"\\0123", b"\\0344", b"\\0400",
    b"\\0999", b"\\00a", b"\\0000b", b"\\\\n", b"\\\\\\n", b"'a'", b"\"a\"", b"a'b'c", b"a\"b\"c", b"a\\'b", b"$'a'",
    b"$\"a\"", b"$[1]", b"${X}}", b"${X:-${Y}}", b"%{X}", b"#{X}", b"{{X}}", b"$X$Y", b"$X_Y", b"$x", b"\\\r",
    b"hf_exampleexampleexampleexample  # gated models", b"https://user:pw@host:8188/?a=b&c=d#e", b"a\\ b", b"-a", b"--a=b",
    b"+", b"1", b"true", b"null", b"${HOME}", b"$PATH", b"$?", b"$$$$", b"$\\X", b"a\\$b", b"\\#", b"a \\#b",
]

INSIDE_QUOTES = [b"a\nb", b"a\r\nb", b"a\rb", b"\n", b"a\n#b\nc", b"a\nB=2\nc", b"a\n\nb", b"a\\\nb", b"a\n  b  \n"]

TEMPLATES = [
    b"${X-a}", b"${X:-a}", b"${X+a}", b"${X:+a}", b"${X?e}", b"${X:?e}", b"${X:-}", b"${X:-${Y:-z}}", b"${X:-a}${Y:-b}",
    b"${X:-a} and ${Y:-b} and }", b"${X:-{a}}", b"${X:-a}}", b"${X:-{a}", b"${X:-{}}", b"${X:-{}} z}", b"${}", b"${ X}",
    b"${X }", b"${X!}", b"${X:a}", b"${X:}", b"${X=a}", b"${X:=a}$X", b"${x}", b"$x_1-", b"${X:-a b}", b"${X:-'a'}",
    b"${X:-\"a\"}", b"${X:-$Y}", b"${X:-$$}", b"${X:?$Y}", b"${X:?${}", b"${X:+${Y}}", b"${X-b:-c}", b"${X:-b?c}", b"$$X",
    b"$$$X", b"$${X}", b"${X}${Y}", b"a${X}b${Y}c", b"${X}-${Y}}", b"${X:-\\}}", b"${X:-#a}", b"${X:- #a}", b"${X#a}",
    b"${X%a}", b"${#X}", b"${X/a/b}", b"${X:0:1}", b"${!X}", b"${10}", b"${1:-a}", b"${X:-~}", b"${X:-a;b}", b"$Xa",
    b"${X?}", b"${X:-a\\nb}", "$\u017fX".encode(), "${\u212a:-a}".encode(), "$\u00e9".encode(), b"${X:-\xff}",
]

ENVIRONMENTS = [{}, {"X": "v w"}, {"X": "", "Y": "$X"}, {"X": "x", "Y": "y"}]

FILES = [
    b"", b"\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n", b"\xef\xbb\xbfA=1\nB=2\n", b"\xef\xbb\xbf# c\nA=1\n",
    b"\xef\xbb\xbfexport A=1\n", b"\xef\xbb\xbf\xef\xbb\xbfA=1\n", b"\n\xef\xbb\xbfA=1\n", b"A=1", b"A=1\n", b"A=1\r\n",
    b"A=1\r\nB=2\r\n", b"A=1\r\n\r\nB=2\r\n", b"A=1\nB=2\r\nC=3\n", b"A=1\rB=2\r", b"A=1\r\r\nB=2\n", b"A='1'\r\nB=\"2\"\r\n",
    b"A='1' \r\n", b"A=1 \r\n", b"A=\r\nB=\r\n", b"# c\r\nA=1\r\n", b"A='1\r\n2'\r\nB=3\r\n", b"A=1\nA=2\n", b"A=1\nB=x\nA=2\n",
    b"A=1\nA\n", b"A\nA=1\n", b"A\n", b"A", b"A\nB=1\n", b"X\nY\n", b"X\n", b"X", b"X\r\nY\r\n", b"X \nY\n", b"  X\n",
    b"export X\n", b"export X Y\n", b"export X=1 Y=2\n", b"X=1 Y=2\n", b"X=1 Y=$X\n", b"X=1;Y=2\n", b"X=1; Y=2\n",
    b"X=1; export X\n", b"export A=1\n", b"export  A=1\n", b"export\tA=1\n", b" export A=1\n", b"export A=$X\n",
    b"export A=\"$X\"\n", b"export A='a b'\n", b"export A=a*b\n", b"export A=~\n", b"export =1\n", b"export=1\n", b"exportA=1\n",
    b"export\n", b"export \n", b"export", b"export ", b"export\nA=1\n", b"export A\nB=1\n", b"export A = 1\n", b"export 'A'=1\n",
    b"EXPORT A=1\n", b" A=1\n", b"\tA=1\n", b"A =1\n", b"A= 1\n", b"A = 1\n", b"A = 'x y'\n", b"A= # c\nB=1\n", b"A=  \nB=1\n",
    b"A=\t#c\n", b"A=#c\n", b"A='x' # c\nB=1\n", b"A='x'#c\nB=1\n", b"A=\"x\" # it's\nB=1\n", b"A=x # it's\nB='1'\n",
    b"A='x' B=2\n", b"A='x'B=2\n", b"A='x'y\nB=1\n", b"A='x''y'\n", b"A='x'\"y\"\n", b"A=x'y z'\n", b"A='x'\\''y'\n",
    b"A='x\nB=1\n", b"A=\"x\nB=1\n", b"A='x\nB='y'\nC=1\n", b"A=\"x\nB=\"y\"\n", b"A='x\\'\nB=1\n", b"A='x\\\\'\nB=1\n",
    b"A=\"x\\\"\nB=1\n", b"A=\"x\\\\\"\nB=1\n", b"A='x\\'y'\nB=1\n", b"A=\"x\\\"y\"\nB=1\n", b"A='a\\\\b'\n", b"A='a\\\\\\'b'\n",
    b"A: 1\n", b"A:1\n", b"A : 1\n", b"A:\n", b"A: 'x'\n", b"A.B=1\nC=2\n", b"A-B=1\nC=2\n", b"A[0]=1\nC=2\n", b"A+=1\n",
    b"1A=1\nB=2\n", b"A B=1\nC=2\n", b"A\tB=1\nC=2\n", b"=1\nA=2\n", b"='x\ny'\nA=2\n", b"==\n", b"A==1\n", b"A=1=2\n",
    b"A$=1\nB=2\n", b"A'=1\n", b"'A'=1\n", b"'A B'=1\n", b"\"A\"=1\n", b"'A=1\n", b"''=1\n", "\u00c9=1\nB=2\n".encode(),
    "E\u0301=1\nB=2\n".encode(), "A\u00a0=1\n".encode(), "A\u2003=1\n".encode(), "\u2003A=1\n".encode(), "\u00a0A=1\n".encode(),
    "\u0085A=1\n".encode(), "A=\u20031\u2003\n".encode(), "A=\u2003 #c\n".encode(), "A=\u2028B=2\n".encode(), b"\x0cA=1\n",
    b"\x0bA=1\n", b"\x1cA=1\n", b"A\x0b=1\n", b"A=\x0b1\x0b\n", b"A=\x1c1\x1c\n", b"A=1\x1c#c\n", b"A=1\x0b#c\n",
    b"#A=1\nB=2\n", b"  # c\nB=2\n", b"# it's\nB=2\n", b"#\\\nB=2\n", b"B=2\n# end", b"B=2\n   ", b"\n\n\nB=2\n\n", b"   \nB=2\n",
    b"A=1\\\nB=2\n", b"A=1\\", b"A='1'\\\nB=2\n", b"\\\nA=1\n", b"A\\\n=1\n", b"A=$\\\nX\n", b"A=1\nB=$A\nC=${A}\n",
    b"A=1\nB='$A'\nC='${A}'\n", b"A=1\nB=\"$A\"\nC=\"${A}\"\n", b"X=file\nA=$X\nB=${X}\n", b"A=$B\nB=1\nC=${B}\n", b"A=${A}\n",
    b"A=1\nA=${A}2\n", b"A=${A:-1}\nA=${A:-2}\n", b"A=$\nB=1\n", b"A=${X\nB=}\n", b"A=\"${X\n}\"\nB=1\n", b"A=\"${X:-a\nb}\"\nB=1\n",
    b"B=1\nA=${X:?must}\n", b"B=1\nA=${}\n", b"if true\nA=1\n", b"unset A\nB=1\n", b"exit\nA=1\n", b"A=1\nfoo\nB=2\n", b"FOO bar\nA=1\n",
    b"A=1 foo\nB=2\n", b"A=1 #c\nB=2\n", b"A=1 \\#c\nB=2\n", b"A=1;\nB=2\n", b";A=1\n", b"A=1;;B=2\n", b"A=1 ; # c\nB=2\n",
    b"A=1 &\nB=2\n", b"(A=1)\nB=2\n", b"A=(1 2)\nB=2\n", b"A=1\n}\nB=2\n", b"A=1\nB=2\n<<<<<<< x\n", b"A=\0\nB=1\n", b"\0A=1\n", b"A=a\0b\n",
    b"A=1\nB=\xff\nC=3\n", b"A=1\n#\xff\nC=3\n", b"\xff=1\nA=1\n", b"A=1\n\xef\xbb\xbfB=2\n", b"OPTIND=1\nA=1\n", b"UID=5\nA=1\n",
    b"PATH=/x\nA=1\n", b"IFS=x\nA=axb\nB=$A\n", b"_=1\nA=$_\n", b"PWD=/x\nA=$PWD\n", b"A=$PWD\n", b"A=$IFS\n", b"LC_ALL=C\nA=\xc3\xa9\n",
    b"A=" + b"x" * 65533 + b"\nB=1\n", b"A=" + b"x" * 65534 + b"\nB=1\n", b"A=" + b"x" * 65533, b"A=" + b"x" * 65534,
    b"A=" + b"x" * 65532 + b"\r\nB=1\n", b"A=" + b"x" * 65533 + b"\r\nB=1\n", b"-A=1\nB=1\n", b".=1\nB=1\n", b"-\nB=1\n", b"A-B\nB=1\n",
    b"foo=1\nbar=2\n", b"a.b\nB=1\n", b"TOKEN\nB=1\n", b"Token\nB=1\n", b"while=1\nB=$while\n", b"if=1\nB=1\n", b"A=1\n\tB=2\n",
    b"set -e\nA=1\n", b"A=`\nB=1\n", b"A='`'\nB=1\n", b"A=\"`\"\nB=1\n", b"A=\"\\`\"\nB=1\n", b"A=a\\'b\n", b"A=a\\\"b\n", b"A=\"a'b\"\n",
    b"A='a\"b'\n", b"A=\"$\"\nB=\"a$\"\n", b"A=\"$'x'\"\n", b"A=\"\\$X\"\nB=\"\\\\$X\"\nC=\"$$X\"\n", b"A='\\$X'\n", b"A=\\$X\n", b"A=\"\\\\\"\n",
    b"A=\"a\\\nb\"\n", b"A='a\\\nb'\n", b"A=\"\\\\n\"\nB=\"\\n\"\n", b"A=\"!x\"\n", b"A=\"#x\"\n", b"A=\"a #x\" # y\n", b"A=\"\"\nB=''\n",
    b"A=\"\" # c\n", b"A=''#c\n", b"A='' B=1\n", b"A=''''\n", b"A=\"\"\"x\"\"\"\n", b"A=\"x\"y\n", b"A=x\"y\"\n", b"A=\"x\" \"y\"\n",
]


def spelled(value):
    yield b"A=" + value + b"\nB=1\n"
    yield b"A='" + value + b"'\nB=1\n"
    yield b"A=\"" + value + b"\"\nB=1\n"


def written():
    """(bytes, environment) of every case written by hand, each once."""
    known = set()
    for bytes_, environment in itertools.chain(
        ((file, {}) for file in FILES),
        ((file, {"X": "v w", "Y": "y", "A": "from the environment"}) for file in FILES if b"X" in file or b"A\n" in file),
        ((file, {"X": "v"}) for value in VALUES for file in spelled(value)),
        ((b"A=" + value + b"\r\nB=1\r\n", {}) for value in VALUES[:16]),
        ((b"\xef\xbb\xbfA='" + value + b"'\r\nB=1\r\n", {}) for value in VALUES[:16]),
        ((file, {}) for value in INSIDE_QUOTES for file in list(spelled(value))[1:]),
        ((file, environment) for value in TEMPLATES for environment in ENVIRONMENTS for file in spelled(value)),
    ):
        mark = (bytes_, tuple(sorted(environment.items())))
        if mark not in known:
            known.add(mark)
            yield bytes_, environment


PIECES = [
    b"A", b"B", b"X", b"=", b"=", b"=", b"\n", b"\n", b"\n", b"'", b"'", b"\"", b"\"", b"\\", b"$", b"$", b"{", b"}", b"${X}", b"${X:-",
    b"$A", b"#", b" #", b" ", b"\t", b"\r\n", b"\r", b"export ", b":", b"-", b"+", b"?", b"1", b"0", b"n", b"\\n", b"\\0", b".",
    b"a b", b"~", b"*", b"\x0b", b"\xc2\xa0", b"\xe2\x80\x83", b"\xc3\xa9", b"\xff", b"\xef\xbb\xbf", b"[", b"]", b",", b"/", b"!",
]


def drawn(count, seed):
    """Files put together from the bytes that the readers' grammars care about; half of them look like sensible lines."""
    dice = random.Random(seed)
    for _ in range(count):
        if dice.random() < 0.5:
            file = b"".join(dice.choice(PIECES) for _ in range(dice.randint(1, 14)))
        else:
            lines = []
            for _ in range(dice.randint(1, 3)):
                quote = dice.choice([b"", b"", b"'", b"\""])
                value = b"".join(dice.choice(PIECES) for _ in range(dice.randint(0, 6)))
                lines.append(
                    dice.choice([b"", b"", b"export ", b" "]) + dice.choice([b"A", b"B", b"X"]) + b"=" + quote + value + quote
                    + dice.choice([b"", b"", b" # c", b" "]))
            file = b"\n".join(lines) + dice.choice([b"\n", b"", b"\r\n"])
        yield file, dice.choice(ENVIRONMENTS)
