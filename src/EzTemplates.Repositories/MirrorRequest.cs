using System.Globalization;
using EzTemplates.Domain;

namespace EzTemplates.Repositories;

/// <summary>One request to a mirror, for whoever wants to know what is fetched from where.</summary>
/// <param name="Address">Without user and password.</param>
/// <param name="Elapsed">Until the answer began.</param>
public sealed record MirrorRequest(string Address, string Answer, TimeSpan Elapsed)
{
    internal static MirrorRequest Answered(MirrorResponse response, TimeSpan elapsed) => new(
        Plain(response.Address),
        response switch
        {
            { NotModified: true } => "not modified",
            { WholeSize: { } size, Offset: > 0 } => string.Create(CultureInfo.InvariantCulture, $"{size} bytes, from {response.Offset} on"),
            { WholeSize: { } size } => string.Create(CultureInfo.InvariantCulture, $"{size} bytes"),
            _ => "bytes of unknown number",
        },
        elapsed);

    internal static MirrorRequest Refused(Uri address, MirrorFailure failure, TimeSpan elapsed) => new(Plain(address), failure.Message, elapsed);

    private static string Plain(Uri address) => UrlPassword.Hide(address.ToString());
}
