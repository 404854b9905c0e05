using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using EzTemplates.Domain;
using EzTemplates.Domain.Configuring;

namespace EzTemplates.Repositories;

/// <summary>
/// rpm-md repositories for an environment (dnf.conf(5), "Repo Options"; zypper reads the same but what leaves packages out), with their keys beside them, so that it needs
/// none of the host's files. Key files that it has itself, byte for byte, are named instead: an update of the template brings new keys. Ids
/// begin with <c>ez-</c>, since distributions' packages bring lists of their own, and of two repositories with one id the second counts for nothing.
/// </summary>
public static class RpmSourcesText
{
    /// <param name="list">Where the list is to lie.</param>
    /// <param name="isInTree">Whether the environment has this very key file of the host, at its path.</param>
    /// <returns>The list, then the keys; nothing where there is no repository that can be reached from inside an environment.</returns>
    public static ImmutableArray<SourcesFile> Write(IEnumerable<ResolvedRpmRepository> repositories, TreePath list, Func<string, bool> isInTree)
    {
        ArgumentNullException.ThrowIfNull(repositories);
        var (text, keys, taken) = (new StringBuilder(), new List<SourcesFile>(), new Dictionary<string, string>(StringComparer.Ordinal));
        foreach (var repository in repositories.Where(repository => repository.Priority >= 0))
        {
            if (Addresses(repository) is not { Length: > 0 } addresses)
            {
                continue;
            }

            if (list == PackageSources.Zypper && !(repository.Only.IsEmpty && repository.Except.IsEmpty))
            {
                text.Append(CultureInfo.InvariantCulture, $"{(text.Length == 0 ? "" : "\n")}# {repository.Id} is not here: zypper would offer the packages of it that the recipe leaves out.\n");
                continue;
            }

            var signed = repository.Trust != RpmTrust.Unsigned;
            var blocks = !signed || IsInTree(repository.Keys, isInTree) ? null : BlocksOf(repository);
            var rest = addresses + Options(repository, list) + blocks;
            var id = Enumerable.Range(1, int.MaxValue).Select(number => number == 1 ? repository.Id : string.Create(CultureInfo.InvariantCulture, $"{repository.Id}-{number}"))
                .First(id => !taken.TryGetValue(id, out var same) || same == rest);
            if (!taken.TryAdd(id, rest))
            {
                continue;
            }

            var key = PackageSources.KeyOf(list, id);
            var named = !signed ? "" : $"gpgkey={(blocks is null ? string.Join(' ', repository.Keys.Files.Select(file => "file://" + file)) : "file://" + key)}\n";
            text.Append(CultureInfo.InvariantCulture, $"{(text.Length == 0 ? "" : "\n")}[ez-{id}]\nname={id}\n{addresses}enabled=1\n{Options(repository, list)}{named}");
            keys.AddRange(blocks is null ? [] : [new SourcesFile(key, MarkedText.Write(blocks))]);
        }

        return text.Length == 0 ? [] : [new SourcesFile(list, MarkedText.Write(text.ToString())), .. keys];
    }

    /// <exception cref="EzException">Untrusted: its keys are nowhere on this host, so an environment could trust nobody, or whom the recipe does not.</exception>
    private static string BlocksOf(ResolvedRpmRepository repository) => KeyBlocks.Blocks(repository.Keys) is { Length: > 0 } blocks
        ? blocks
        : throw new EzException(
            FailureKind.Untrusted,
            $"no key file of this host has the keys {string.Join(", ", repository.Keys.Fingerprints)} of the repository `{repository.Id}`",
            "install the distribution's package of keys, or name a key file in the recipe");

    /// <summary>A folder of the host (file:) is not there inside. dnf asks a metalink, or else a list, beside the roots.</summary>
    private static string Addresses(ResolvedRpmRepository repository)
    {
        var roots = repository.Roots.Where(IsReached).Select(Written).ToList();
        return (roots.Count == 0 ? "" : $"baseurl={string.Join("\n        ", roots)}\n")
            + (repository.Metalink is { } metalink ? $"metalink={Written(metalink)}\n" : repository.MirrorList is { } mirrors ? $"mirrorlist={Written(mirrors)}\n" : "");
    }

    private static string Options(ResolvedRpmRepository repository, TreePath list) => new StringBuilder()
        .Append(list == PackageSources.Zypper ? "autorefresh=1\n" : "")
        .Append(repository.Priority == RepositorySpec.DefaultRpmPriority ? "" : string.Create(CultureInfo.InvariantCulture, $"priority={repository.Priority}\n"))
        .Append(repository.Only.IsEmpty ? "" : $"includepkgs={string.Join(' ', repository.Only)}\n")
        .Append(repository.Except.IsEmpty ? "" : $"excludepkgs={string.Join(' ', repository.Except)}\n")
        .Append(repository.Trust == RpmTrust.Unsigned ? "gpgcheck=0\n" : "gpgcheck=1\n")
        .Append(repository.Trust == RpmTrust.Signed ? "repo_gpgcheck=1\n" : "repo_gpgcheck=0\n")
        .ToString();

    private static bool IsInTree(TrustedKeys keys, Func<string, bool> isInTree) =>
        keys is { Inline.IsEmpty: true, Fingerprints.IsEmpty: true, Files.IsEmpty: false } && keys.Files.All(isInTree);

    private static bool IsReached(Uri root) => root.Scheme == Uri.UriSchemeHttp || root.Scheme == Uri.UriSchemeHttps;

    /// <summary>Without the host's password, which is none of an environment's business, and with no dollar, which would begin a variable.</summary>
    private static string Written(Uri address) =>
        (address.UserInfo.Length == 0 ? address : new UriBuilder(address) { UserName = "", Password = "" }.Uri).AbsoluteUri.Replace("$", "%24", StringComparison.Ordinal);
}
