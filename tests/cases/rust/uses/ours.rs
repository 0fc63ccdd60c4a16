use a::b;
use a::c;
