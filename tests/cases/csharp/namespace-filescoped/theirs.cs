namespace N
{
    class A
    {
        int F()
        {
            return 2;
        }
    }
}
