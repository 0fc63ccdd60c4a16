// Licence

package a.e;

import b.C;

class D {}
