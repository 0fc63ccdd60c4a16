class A
  def a(x)
    return 3 if x
    2
  end
end
