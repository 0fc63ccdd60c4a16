using A;
using B;

namespace N
{
    class C
    {
        int x;
        int y;
    }
}
