module M
  class A
    def f
      1
    end
  end
end
