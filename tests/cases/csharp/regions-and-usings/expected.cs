using A;
using B;
using D;

namespace N
{
    class C
    {
        int x;
        int y;
        int z;
    }
}
