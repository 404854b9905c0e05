using System.Collections.Immutable;
using System.Text;
using EzTemplates.Domain;
using EzTemplates.Domain.Configuring;
using EzTemplates.Environments;
using EzTemplates.Formats;
using EzTemplates.Formats.Dpkg;

namespace EzTemplates.Operations;

/// <summary>Answers the questions of maintainer scripts before they ask, by debconf-set-selections(1) in the sandbox.</summary>
internal static class DebconfAnswers
{
    private const string TemplatesName = "templates";
    private static readonly TreePath Program = TreePath.Parse("/usr/bin/debconf-set-selections");
    private static readonly TreePath Selections = TreePath.Parse("/var/lib/dpkg/.ez-answers");

    /// <summary>The step that sets them, and the file that it reads; nothing where nothing is answered.</summary>
    /// <exception cref="EzException">Usage: no package asks that, or the tree has no debconf.</exception>
    public static (ImmutableArray<ConfigureStep> Steps, ImmutableArray<DatabaseFile> Files) For(
        Workspace workspace, TreeEdit tree, ConfigureSubject subject, IEnumerable<StoredPackage> packages)
    {
        var answers = subject.Settings.SelectMany(settings => settings.Debconf).ToList();
        if (answers.Count == 0)
        {
            return ([], []);
        }

        if (tree.Find(Program) is null)
        {
            throw new EzException(FailureKind.Usage, $"the recipe of `{subject.Name}` answers questions of debconf, and its tree has no `{Program}`", "add debconf to `packages:`");
        }

        var questions = packages.SelectMany(package => Questions(workspace, package)).DistinctBy(question => question.Name).ToDictionary(question => question.Name);
        var lines = answers.Select(answer => questions.GetValueOrDefault(answer.Question) is { } question
            ? $"{question.Package} {question.Name} {question.Type} {answer.Answer}\n"
            : throw Unasked(subject, answer, questions.Keys));
        var step = new ConfigureStep("`debconf-set-selections`", [Program.ToString(), Selections.ToString()]) { Variables = [.. DpkgSteps.Variables(subject.Epoch)] };
        return ([step], [new DatabaseFile.Written(Selections, Encoding.UTF8.GetBytes(string.Concat(lines)))]);
    }

    private static IEnumerable<AskedQuestion> Questions(Workspace workspace, StoredPackage package)
    {
        if (package.Contents.Control.FirstOrDefault(member => member.Name == TemplatesName) is not { } member)
        {
            yield break;
        }

        foreach (var template in Deb822Paragraph.ReadAll(workspace.Store.Objects.Read(member.Content), $"{package.Row}: {TemplatesName}", Deb822Comments.Skipped))
        {
            if (template.Find("Template") is { } name && template.Find("Type") is { } type)
            {
                yield return new AskedQuestion(package.Row.Name, name.Text, type.Text);
            }
        }
    }

    private static EzException Unasked(ConfigureSubject subject, DebconfAnswer answer, IEnumerable<string> known) => new(
        FailureKind.Usage,
        $"the recipe of `{subject.Name}` answers `{answer.Question}`, which none of its own packages asks",
        NearNames.Closest(answer.Question, known, 1) is [var near] ? $"did you mean `{near}`?" : "debconf-show PACKAGE, on a system that has it, shows its questions");

    private sealed record AskedQuestion(string Package, string Name, string Type);
}
