using EzTemplates.Domain;

namespace EzTemplates.Repositories;

/// <summary>
/// APT sources for an environment (sources.list(5), DEB822-STYLE FORMAT), with the keys in them, so that it needs none of the host's files. A
/// keyring that it has itself, byte for byte, is named instead: Debian's is 75 kB as text, and an update of the template brings new keys.
/// </summary>
public static class AptSourcesText
{
    /// <param name="isInTree">Whether the environment has this very key file of the host, at its path.</param>
    /// <returns>Null where there is no repository, or none that can be reached from inside an environment.</returns>
    public static byte[]? Write(IEnumerable<ResolvedRepository> repositories, Func<string, bool> isInTree)
    {
        ArgumentNullException.ThrowIfNull(repositories);
        var stanzas = repositories.SelectMany(repository => Sources(repository, isInTree))
            .GroupBy(source => (source.Root, source.Signed, source.Components, source.IgnoreValidUntil))
            .Select(group => Stanza(group.Key.Root, group.Select(source => source.Suite).Distinct(), group.Key.Components, group.Key.Signed, group.Key.IgnoreValidUntil))
            .ToList();
        return stanzas.Count == 0 ? null : MarkedText.Write(string.Join('\n', stanzas));
    }

    private static IEnumerable<Source> Sources(ResolvedRepository repository, Func<string, bool> isInTree)
    {
        foreach (var suite in repository.Suites)
        {
            // A folder of the host (file:) is not there inside.
            var choice = suite.Choices.FirstOrDefault(choice => choice.Roots.Any(IsReached));
            if (choice is not null)
            {
                var signed = repository.TrustUnsigned ? "Trusted: yes\n" : KeyBlocks.SignedBy(choice.Keys, isInTree);
                yield return new Source(WithoutPassword(choice.Roots.First(IsReached)), suite.Suite, string.Join(' ', repository.Components), signed, choice.IgnoreValidUntil || choice.IgnoreDate);
            }
        }
    }

    /// <summary>The host's password is none of an environment's business.</summary>
    private static Uri WithoutPassword(Uri root) => root.UserInfo.Length == 0 ? root : new UriBuilder(root) { UserName = "", Password = "" }.Uri;

    private static bool IsReached(Uri root) => root.Scheme == Uri.UriSchemeHttp || root.Scheme == Uri.UriSchemeHttps;

    private static string Stanza(Uri root, IEnumerable<string> suites, string components, string signed, bool ignoreValidUntil) =>
        $"Types: deb\nURIs: {root}\nSuites: {string.Join(' ', suites)}\nComponents: {components}\n{(ignoreValidUntil ? "Check-Valid-Until: no\n" : "")}{signed}";

    private sealed record Source(Uri Root, string Suite, string Components, string Signed, bool IgnoreValidUntil);
}
