class A
  include X
  include Y

  def f
    1
  end
end
