class A
  def a(x)
    return 1 if x && y
    2
  end
end
