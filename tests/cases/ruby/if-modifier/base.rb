class A
  def a(x)
    return 1 if x
    2
  end
end
