gem 'rails', '5.1'
