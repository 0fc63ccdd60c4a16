class T
{
    int f(final int a)
    {
        if (a > 1)
        {
            return a * 2;
        }
        return 0;
    }
}
