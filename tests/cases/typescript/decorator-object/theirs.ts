@Component({
  selector: 'a',
  template: 'b2',
})
class A {}
