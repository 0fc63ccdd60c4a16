class A
{
    object x = y
        .Where(a => a.B)
        .Select(a => a.C);
}
