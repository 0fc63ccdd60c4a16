use a::b;
use a::c;
use a::d;
