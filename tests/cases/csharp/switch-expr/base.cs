class A
{
    int F(int x) => x switch
    {
        1 => 2,
        _ => 0,
    };
}
