fn f<T, U>()
where
    T: A + C,
    U: B,
{
}
