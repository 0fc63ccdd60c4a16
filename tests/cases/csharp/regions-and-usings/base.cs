using A;

namespace N
{
    class C
    {
        int x;
    }
}
