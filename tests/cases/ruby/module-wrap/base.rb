class A
  def f
    1
  end
end
