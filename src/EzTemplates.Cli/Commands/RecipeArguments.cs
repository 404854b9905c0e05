using System.CommandLine;

namespace EzTemplates.Cli.Commands;

internal static class RecipeArguments
{
    private const string What = "A recipe's path, or the name of one in . or ./recipes.";

    public static Argument<string> One() => new Argument<string>("RECIPE") { Description = What }.OfRecipes();

    public static Argument<string[]> Many() => new Argument<string[]>("RECIPE") { Description = What, Arity = ArgumentArity.OneOrMore }.OfRecipes();
}
