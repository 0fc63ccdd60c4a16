class A
  include X

  def f
    1
  end
end
