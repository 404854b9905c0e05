using System.Collections.Immutable;
using EzTemplates.Domain;

namespace EzTemplates.Repositories;

/// <summary>
/// APT sources for an environment (sources.list(5), DEB822-STYLE FORMAT), with the keys in them, so that it needs none of the host's files. A
/// keyring that it has itself, byte for byte, is named instead: Debian's is 75 kB as text, and an update of the template brings new keys.
/// A root's suite stands there once, however many repositories have it: APT refuses all sources where two of one suite differ in
/// Signed-By, Trusted or Check-Valid-Until.
/// </summary>
public static class AptSourcesText
{
    /// <param name="isInTree">Whether the environment has this very key file of the host, at its path.</param>
    /// <returns>Null where there is no repository, or none that can be reached from inside an environment.</returns>
    public static byte[]? Write(IEnumerable<ResolvedRepository> repositories, Func<string, bool> isInTree)
    {
        ArgumentNullException.ThrowIfNull(repositories);
        var stanzas = repositories.SelectMany(Sources)
            .GroupBy(source => (source.Root, source.Suite))
            .Select(same => Together([.. same], isInTree))
            .GroupBy(source => source with { Suite = "" })
            .Select(group => group.Key with { Suite = string.Join(' ', group.Select(source => source.Suite)) })
            .Select(stanza => stanza.ToString())
            .ToList();
        return stanzas.Count == 0 ? null : MarkedText.Write(string.Join('\n', stanzas));
    }

    private static IEnumerable<Source> Sources(ResolvedRepository repository)
    {
        foreach (var suite in repository.Suites)
        {
            // A folder of the host (file:) is not there inside.
            var choice = suite.Choices.FirstOrDefault(choice => choice.Roots.Any(IsReached));
            if (choice is not null)
            {
                yield return new Source(
                    WithoutPassword(choice.Roots.First(IsReached)), suite.Suite, repository.Components, repository.TrustUnsigned ? null : choice.Keys, choice.IgnoreValidUntil || choice.IgnoreDate);
            }
        }
    }

    /// <summary>The host's password is none of an environment's business.</summary>
    private static Uri WithoutPassword(Uri root) => root.UserInfo.Length == 0 ? root : new UriBuilder(root) { UserName = "", Password = "" }.Uri;

    private static bool IsReached(Uri root) => root.Scheme == Uri.UriSchemeHttp || root.Scheme == Uri.UriSchemeHttps;

    /// <summary>All their components and keys. What one repository wants signed is not trusted without for another.</summary>
    private static Stanza Together(IReadOnlyList<Source> same, Func<string, bool> isInTree)
    {
        var keys = same.Select(source => source.Keys).OfType<TrustedKeys>().Distinct().ToList();
        return new Stanza(
            same[0].Root,
            same[0].Suite,
            string.Join(' ', same.SelectMany(source => source.Components).Distinct(StringComparer.Ordinal)),
            keys.Count == 0 ? "Trusted: yes\n" : KeyBlocks.SignedBy(keys, isInTree),
            same.Any(source => source.IgnoreValidUntil));
    }

    /// <param name="Keys">Null: it is trusted without a signature.</param>
    private sealed record Source(Uri Root, string Suite, ImmutableArray<string> Components, TrustedKeys? Keys, bool IgnoreValidUntil);

    private sealed record Stanza(Uri Root, string Suite, string Components, string Signed, bool IgnoreValidUntil)
    {
        public override string ToString() =>
            $"Types: deb\nURIs: {Root}\nSuites: {Suite}\nComponents: {Components}\n{(IgnoreValidUntil ? "Check-Valid-Until: no\n" : "")}{Signed}";
    }
}
