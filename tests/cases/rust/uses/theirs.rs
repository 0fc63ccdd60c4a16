use a::b;
use a::d;
