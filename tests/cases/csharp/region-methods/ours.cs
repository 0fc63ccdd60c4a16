class A
{
    #region X
    void A1() { }
    void A2() { }
    #endregion
}
