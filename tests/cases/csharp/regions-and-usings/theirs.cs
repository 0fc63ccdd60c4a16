using A;
using D;

namespace N
{
    class C
    {
        int x;
        int z;
    }
}
