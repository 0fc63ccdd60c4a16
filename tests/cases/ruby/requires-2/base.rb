require 'a'

x
