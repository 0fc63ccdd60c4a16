class A
{
    object x = y
        .Where(a => a.D)
        .Select(a => a.C);
}
