using EzTemplates.Domain;
using EzTemplates.Store;

namespace EzTemplates.Operations;

/// <summary>What recipes of several applications say of one thing: the same, or the applications do not go together. Each may say other than its OS.</summary>
internal static class SettingsAgreement
{
    /// <param name="settle">The place of a path in the OS's tree, through that tree's links.</param>
    /// <exception cref="EzException">Unsolvable: names two applications, and the file or question that they are at odds about.</exception>
    public static void Require(IReadOnlyList<TemplateVersionRecord> apps, Func<TreePath, TreePath> settle)
    {
        Require(
            apps.SelectMany(app => app.Settings.Files.Select(file => new Said(app, settle(file.Path).ToString(), (file.Text, file.Mode)))),
            path => $"both bring the file `{path}`, with other content or another mode",
            "files");
        Require(
            apps.SelectMany(app => app.Settings.Debconf.Select(answer => new Said(app, answer.Question, answer.Answer))),
            question => $"answer debconf's question `{question}` differently",
            "debconf");
    }

    private static void Require(IEnumerable<Said> all, Func<string, string> odds, string key)
    {
        foreach (var same in all.GroupBy(said => said.About, StringComparer.Ordinal))
        {
            var first = same.First();
            if (same.FirstOrDefault(said => !said.Value.Equals(first.Value)) is { } other)
            {
                throw new EzException(
                    FailureKind.Unsolvable,
                    $"`{first.App.Reference}` and `{other.App.Reference}` do not go together: they {odds(same.Key)}",
                    $"leave it out of `{key}:` in one of the two recipes, or say the same in both");
            }
        }
    }

    private sealed record Said(TemplateVersionRecord App, string About, object Value);
}
