class A
{
    int F(int x) => x switch
    {
        1 => 2,
        2 => 4,
        _ => 0,
    };
}
