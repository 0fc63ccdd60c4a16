package a;

import b.B;

class X {
}
