using System.Buffers;
using System.Text;

namespace EzTemplates.Domain;

/// <summary>A mirror's URL may hold a user and a password, which belong into no message, log or history.</summary>
public static class UrlPassword
{
    private const string Start = "://";

    private static readonly SearchValues<char> Ends = SearchValues.Create("/@ `\"'?#");

    /// <summary>The text with <c>***</c> in place of what stands between <c>://</c> and <c>@</c>.</summary>
    public static string Hide(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var shown = new StringBuilder(text.Length);
        var done = 0;
        for (int at; (at = text.IndexOf(Start, done, StringComparison.Ordinal)) >= 0;)
        {
            at += Start.Length;
            shown.Append(text, done, at - done);
            var end = text.AsSpan(at).IndexOfAny(Ends);
            done = end > 0 && text[at + end] == '@' ? at + end : at;
            shown.Append(done > at ? "***" : "");
        }

        return shown.Append(text, done, text.Length - done).ToString();
    }
}
