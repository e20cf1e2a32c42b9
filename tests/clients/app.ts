// What an app writes on top of the generated types: every answer has its own way.

import type { ConfirmMutation, SelectSeatsMutation } from "./types";

export function pinOf(confirmed: ConfirmMutation): string | null | undefined {
  const answer = confirmed.confirmCheckIn;
  if (answer.__typename === "Stay") {
    return answer.pin;
  }
  throw new Error(`${answer.code}: ${answer.message}`);
}

export function outcomeOf(chosen: SelectSeatsMutation): string {
  const answer = chosen.selectSeats;
  switch (answer.__typename) {
    case "SeatOrder":
      return answer.orderNumber;
    case "SeatsTakenProblem":
      return answer.labels.join(", ");
    default:
      return answer.code;
  }
}
