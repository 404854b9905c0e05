using System.CommandLine;

namespace EzTemplates.Cli.Commands;

internal static class RecipeArguments
{
    private const string What = "A recipe's path, or the name of one in . or ./recipes.";

    public static Argument<string> One() => new("RECIPE") { Description = What };

    public static Argument<string[]> Many() => new("RECIPE") { Description = What, Arity = ArgumentArity.OneOrMore };
}
