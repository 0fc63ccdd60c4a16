// Licence

package a;

import b.C;

class D {}
