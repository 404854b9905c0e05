using System.Collections.Immutable;
using EzTemplates.Domain;

namespace EzTemplates.Environments;

/// <summary>What an environment shows.</summary>
/// <param name="Template">The template version, or several joined by <c>+</c>: <c>nginx@1.0.3</c>. For people and for <c>--to</c>.</param>
/// <param name="Manifest">Decides what the view shows.</param>
/// <param name="Composition">Null where a manifest was mapped without one.</param>
public sealed record Mapping(string Template, Sha256Digest Manifest, Sha256Digest? Composition = null)
{
    /// <summary>The template versions in a mapping's name, each as <c>nginx@1.0.3</c>. A template's name may have a <c>+</c> in it, a version has none.</summary>
    public static ImmutableArray<string> PartsOf(string template)
    {
        ArgumentNullException.ThrowIfNull(template);
        var parts = ImmutableArray.CreateBuilder<string>();
        for (var start = 0; start < template.Length;)
        {
            var at = template.IndexOf('@', start);
            var end = at < 0 ? -1 : template.IndexOf('+', at);
            end = end < 0 ? template.Length : end;
            parts.Add(template[start..end]);
            start = end + 1;
        }

        return parts.ToImmutable();
    }

    public override string ToString() => $"{Template} ({Manifest.Short})";

    /// <summary>Whether a person's <c>nginx@1.0.3</c>, <c>1.0.3</c> or start of a digest (8 digits at least) means this.</summary>
    public bool IsNamed(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Template == text
            || PartsOf(Template).Any(part => part[(part.IndexOf('@', StringComparison.Ordinal) + 1)..] == text)
            || (text.Length >= 8 && Manifest.ToString().StartsWith(text, StringComparison.Ordinal));
    }
}

public enum MappingAction
{
    Create,
    Remap,
    Upgrade,
    Rollback,
}

/// <summary>One line of an environment's history.</summary>
/// <param name="Number">1 for the line that made the environment.</param>
/// <param name="By">User, pid and command.</param>
/// <param name="From">Null for the first.</param>
/// <param name="Ok">False: it was undone at once (a health check failed).</param>
public sealed record HistoryEntry(int Number, DateTimeOffset At, string By, MappingAction Action, Mapping? From, Mapping To, bool Ok = true);
