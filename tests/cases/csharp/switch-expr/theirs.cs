class A
{
    int F(int x) => x switch
    {
        1 => 2,
        3 => 6,
        _ => 0,
    };
}
