class A
  def a(x)
    1
  end
end
