class A
  def a(x)
    return 3 if x && y
    2
  end
end
