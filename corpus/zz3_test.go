package corpus
import ("testing";"fmt")
func TestDbgP(t *testing.T){
 fmt.Println(Gazetteer().Find("加强长白山森林生态系统保护修复"))
 fmt.Println(leadingVerb("加强长白山森林生态系统保护修复"))
}
