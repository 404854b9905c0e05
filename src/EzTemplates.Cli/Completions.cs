using System.CommandLine;
using System.CommandLine.Completions;
using EzTemplates.Operations;

namespace EzTemplates.Cli;

/// <summary>
/// What may stand where the cursor is. The shells' scripts ask by <c>ez "[suggest:POSITION]" "LINE"</c>, which is the form of
/// System.CommandLine's own directive; it is answered before anything else is looked at.
/// </summary>
internal static class Completions
{
    private const string Question = "[suggest:";

    public static bool Asks(string[] args) => args is [var first, _] && first.StartsWith(Question, StringComparison.Ordinal) && first.EndsWith(']');

    /// <summary>A candidate a line: what begins with the word before the cursor.</summary>
    public static void Answer(string[] args, TextWriter output)
    {
        var line = args[1];
        var position = int.TryParse(args[0].AsSpan()[Question.Length..^1], out var asked) ? Math.Clamp(asked, 0, line.Length) : line.Length;
        var typed = line[..position];
        var word = typed[(typed.LastIndexOf(' ') + 1)..];
        foreach (var item in EzCommand.Tree().Parse(typed).GetCompletions(position))
        {
            // Options only when one is begun: they would hide the names among them.
            if (item.Label.StartsWith(word, StringComparison.Ordinal) && (word is ['-', ..] || item.Label is not ['-', ..]) && !IsForOtherSystems(item.Label))
            {
                output.WriteLine(item.Label);
            }
        }
    }

    public static T OfEnvironments<T>(this T argument)
        where T : Argument => argument.With(context => KnownNames.Environments(StoreOf(context)));

    public static T OfTemplates<T>(this T argument)
        where T : Argument => argument.With(context => KnownNames.Templates(StoreOf(context)));

    public static T OfRecipes<T>(this T argument)
        where T : Argument => argument.With(_ => KnownNames.Recipes());

    public static Option<T> OptionOfTemplates<T>(this Option<T> option)
    {
        option.CompletionSources.Add(context => KnownNames.Templates(StoreOf(context)).Select(name => new CompletionItem(name)));
        return option;
    }

    private static T With<T>(this T argument, Func<CompletionContext, IEnumerable<string>> names)
        where T : Argument
    {
        // Else help would list them all in place of the name.
        argument.HelpName = argument.Name;
        argument.CompletionSources.Add(context => names(context).Select(name => new CompletionItem(name)));
        return argument;
    }

    private static string? StoreOf(CompletionContext context) => SharedOptions.StoreRootOf(context.ParseResult);

    private static bool IsForOtherSystems(string label) => label is "-?" or "/?" or "/h";
}
